// The little of MP4 that playback must know: where boxes end, and when each picture is shown. The server's own form
// (tfdt version 1, trun with all four fields) is all there is.

export interface Fragment {
  /** What to append: an initialisation segment, or moof and mdat. */
  data: Uint8Array<ArrayBuffer>;
  isInit: boolean;
  /** Seconds from the stream's time 0 at which pictures are shown, in order. */
  times: number[];
  /** Where the last picture ends. */
  end: number;
}

/** Cuts a stream of bytes into fragments. */
export class BoxReader {
  private rest = new Uint8Array(0);
  private head: Uint8Array[] = [];
  private timescale = 90_000;
  private times: number[] = [];
  private end = 0;

  push(chunk: Uint8Array): Fragment[] {
    this.rest = joined([this.rest, chunk]);
    const found: Fragment[] = [];
    let at = 0;
    while (at + 8 <= this.rest.length) {
      const view = new DataView(this.rest.buffer, this.rest.byteOffset + at);
      let size = view.getUint32(0);
      if (size === 1 && view.byteLength >= 16) size = Number(view.getBigUint64(8));
      if (size < 8 || at + size > this.rest.length) break;
      this.take(kindAt(this.rest, at), this.rest.slice(at, at + size), found);
      at += size;
    }
    this.rest = this.rest.slice(at);
    return found;
  }

  private take(kind: string, box: Uint8Array, found: Fragment[]): void {
    this.head.push(box);
    if (kind === "moov") {
      const mdhd = inner(box, ["trak", "mdia", "mdhd"]);
      if (mdhd) this.timescale = new DataView(mdhd.buffer, mdhd.byteOffset).getUint32(20) || 90_000;
      found.push({ data: joined(this.head), isInit: true, times: [], end: 0 });
      this.head = [];
    } else if (kind === "moof") this.readTimes(box);
    else if (kind === "mdat") {
      found.push({ data: joined(this.head), isInit: false, times: this.times, end: this.end });
      this.head = [];
    }
  }

  private readTimes(moof: Uint8Array): void {
    const tfdt = inner(moof, ["traf", "tfdt"]);
    const trun = inner(moof, ["traf", "trun"]);
    this.times = [];
    if (!tfdt || !trun) return;
    let ticks = Number(new DataView(tfdt.buffer, tfdt.byteOffset).getBigUint64(12));
    const view = new DataView(trun.buffer, trun.byteOffset);
    const count = Math.min(view.getUint32(12), Math.floor((trun.length - 20) / 16));
    for (let index = 0; index < count; index += 1) {
      const place = 20 + index * 16;
      this.times.push((ticks + view.getInt32(place + 12)) / this.timescale);
      ticks += view.getUint32(place);
    }
    this.times.sort((a, b) => a - b);
    this.end = ticks / this.timescale;
  }
}

function kindAt(data: Uint8Array, at: number): string {
  return String.fromCharCode(...data.subarray(at + 4, at + 8));
}

/** The box at `path` inside `box`, header and all. */
function inner(box: Uint8Array, path: string[]): Uint8Array | null {
  let at = 8;
  while (at + 8 <= box.length) {
    const size = new DataView(box.buffer, box.byteOffset + at).getUint32(0);
    if (size < 8 || at + size > box.length) return null;
    if (kindAt(box, at) === path[0]) {
      const found = box.subarray(at, at + size);
      return path.length === 1 ? found : inner(found, path.slice(1));
    }
    at += size;
  }
  return null;
}

function joined(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

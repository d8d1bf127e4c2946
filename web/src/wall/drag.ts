// What is dragged onto a wall. Other screens may set CAMERA_DRAG to a camera's id.

export const CAMERA_DRAG = "application/x-veedor-camera";
export const TILE_DRAG = "application/x-veedor-tile";

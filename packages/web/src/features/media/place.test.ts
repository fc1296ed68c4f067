import { expect, test } from "vitest";
import { placeIn } from "./place.ts";

test.each([
  ["-1.29207, 36.82195", -1.29207, 36.82195],
  ["48.8584 2.2945", 48.8584, 2.2945],
  ["geo:13.4125,103.8667", 13.4125, 103.8667],
  ["https://www.openstreetmap.org/#map=17/-1.29207/36.82195", -1.29207, 36.82195],
  ["https://www.openstreetmap.org/?mlat=48.1&mlon=11.5#map=12/40/3", 48.1, 11.5],
  ["https://maps.example/maps/@52.52,13.405,15z", 52.52, 13.405],
  ["https://maps.example/?q=19.4326%2C-99.1332", 19.4326, -99.1332],
])("%s is a place", (text, latitude, longitude) => {
  expect(placeIn(text)).toEqual({ latitude, longitude });
});

test.each(["", "somewhere nice", "91, 0", "0, 181", "https://maps.example/2024/10", "12"])(
  "%s is none",
  (text) => {
    expect(placeIn(text)).toBeNull();
  },
);

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ConfigError, configOf, describeSettings, readConfig, SETTINGS } from "./config.ts";
import { temporaryDirectory } from "./http/frame.testing.ts";

test("a flag wins over the environment, the environment over the file, the file over the default", async () => {
  const directory = await temporaryDirectory();
  const path = join(directory.path, "config.json");
  await writeFile(
    path,
    JSON.stringify({ port: 1, name: "file.example", blobQuotaMb: 5, trustedProxy: true }),
  );
  const config = readConfig(["--config", path, "--port=3"], {
    BARAZA_PORT: "2",
    BARAZA_NAME: "environment.example",
  });
  expect(config).toMatchObject({
    port: 3,
    name: "environment.example",
    blobQuotaMb: 5,
    trustedProxy: true,
    registration: "invitation",
  });
  await directory.remove();
});

test("switches need no value, and null can be given as nothing", () => {
  expect(readConfig(["--trusted-proxy", "--port", "9"], {})).toMatchObject({
    trustedProxy: true,
    port: 9,
  });
  expect(readConfig([], { BARAZA_METRICS_PORT: "" }).metricsPort).toBeNull();
  expect(readConfig([], { BARAZA_METRICS_PORT: "9100" }).metricsPort).toBe(9100);
});

test("what cannot be used is refused with the setting's name", async () => {
  expect(() => readConfig(["--port", "70000"], {})).toThrow(/"port" \(--port, BARAZA_PORT\)/);
  expect(() => readConfig([], { BARAZA_TRUSTED_PROXY: "maybe" })).toThrow(/trustedProxy/);
  expect(() => readConfig(["--name", "Not A Name"], {})).toThrow(ConfigError);
  expect(() => readConfig(["--prot", "1"], {})).toThrow(/--prot/);
  expect(() => readConfig(["--config", "/nowhere/at/all"], {})).toThrow(/cannot be read/);
  const directory = await temporaryDirectory();
  const path = join(directory.path, "config.json");
  await writeFile(path, JSON.stringify({ prot: 1 }));
  expect(() => readConfig(["--config", path], {})).toThrow(/unknown setting "prot"/);
  await directory.remove();
});

test("help lists every setting", () => {
  const help = describeSettings();
  for (const key of Object.keys(SETTINGS))
    expect(help).toContain(SETTINGS[key as keyof typeof SETTINGS].what);
  expect(help).toContain("--data-dir  (BARAZA_DATA_DIR; .data)");
  expect(configOf().port).toBe(8080);
});

/** nginx (Debian's) as a peer: one server that takes and gives files, from a configuration and in a directory of the benchmark's own. */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { end, freePort, tie, until } from "./process.ts";

export type Nginx = { url: string; files: string; close(): Promise<void> };

export async function startNginx(): Promise<Nginx> {
  const dir = await mkdtemp(join(tmpdir(), "baraza-bench-nginx-"));
  const files = join(dir, "files");
  await mkdir(files);
  const port = await freePort();
  const path = (name: string) => JSON.stringify(join(dir, name));
  const config = join(dir, "nginx.conf");
  await writeFile(
    config,
    `
daemon off;
user root;
master_process off;
pid ${path("nginx.pid")};
error_log ${path("nginx.err")};
events { worker_connections 64; }
http {
  access_log off;
  sendfile on;
  client_max_body_size 0;
  client_body_temp_path ${path("body")};
  proxy_temp_path ${path("proxy")};
  fastcgi_temp_path ${path("fastcgi")};
  uwsgi_temp_path ${path("uwsgi")};
  scgi_temp_path ${path("scgi")};
  server {
    listen 127.0.0.1:${port};
    location / { root ${JSON.stringify(files)}; dav_methods PUT; }
  }
}
`,
  );
  const child = spawn("nginx", ["-p", dir, "-e", join(dir, "start.err"), "-c", config], {
    stdio: "ignore",
  });
  tie(child);
  await until("nginx listens", () => {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}`);
    return new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.destroy();
        resolve(true);
      });
      socket.on("error", () => resolve(false));
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    files,
    close: async () => {
      await end(child);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

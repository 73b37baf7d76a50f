// The image's health check: asks the program that runs as process 1 whether it is well. A program whose event loop hangs
// accepts and does not answer, so not answering in time is being ill.

const { readFileSync } = require('node:fs');
const { get } = require('node:http');

const TIMEOUT_MS = 3_000;
/** Of each program that has a server: the flags that name port and address, and the port when nobody does. */
const SERVERS = {
  client: { port: 'http-port', host: 'http-host', standard: 9091 },
  tracker: { port: 'port', host: 'host', standard: 8080 },
  backend: { port: 'port', host: 'host', standard: 8090 },
  start: { port: 'port', host: 'host', standard: 8090 },
};

const words = readFileSync('/proc/1/cmdline', 'utf8').split('\0');
const server = SERVERS[words.find((word) => word in SERVERS)];
if (server === undefined) process.exit(0);

const port = Number(setting(server.port)) || server.standard;
const host = setting(server.host) ?? '127.0.0.1';
const loopback = { '0.0.0.0': '127.0.0.1', '::': '::1' };
const request = get({ host: loopback[host] ?? host, port, path: '/health', timeout: TIMEOUT_MS }, (response) => {
  process.exit(response.statusCode === 200 ? 0 : 1);
});
request.on('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
request.on('error', (error) => {
  process.stdout.write(`${error.message}\n`);
  process.exit(1);
});

function setting(flag) {
  const index = words.findLastIndex((word) => word === `--${flag}` || word.startsWith(`--${flag}=`));
  if (index === -1) return process.env[`ENJAMBRE_${flag.toUpperCase().replaceAll('-', '_')}`] || undefined;
  return words[index] === `--${flag}` ? words[index + 1] : words[index].slice(flag.length + 3);
}

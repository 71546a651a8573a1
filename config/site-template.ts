/** The JSON Schema that `exploreiot init` writes next to a site file, for editors. */
export const SITE_SCHEMA = "exploreiot.schema.json";

/** A site file with every setting that people change, commented; the lines that are active are the least it needs. */
export const siteTemplate = (name: string): string => `# yaml-language-server: $schema=./${SITE_SCHEMA}
# A deployment of the ExploreIOT kit. Everything but the name has a default.
# Check it: npx exploreiot synth    Deploy it: npx exploreiot up    With another name than exploreiot.yaml: -c FILE

# Names every container, network and volume, so deployments on one host never collide.
name: ${name}

# local: ports 3000, 8000 and 1883 in clear text; writing over HTTP is open.
# With production it is 443 (page, API, /ws) and 8883 (MQTT) over TLS and nothing else; writing needs the API key.
environment: local

# Which addresses the listeners use: loopback (this machine only), lan (every IPv4 address), or one IP
# address of either family; "::" is every IPv6 address. A listener has one of these: docs/firewall.md.
bind: loopback

# Names and addresses that users type into their browsers. Needed as soon as bind is not loopback.
# hosts: [iot.example.org, 192.168.1.10]

# Ports on the host. Two deployments on one host need different ones. A listener may have a bind of its own:
# mqtt: { port: 1883, bind: lan } opens the broker alone to the network (hosts is needed then, too). Those with TLS,
# https and mqtts, open in environment production by themselves; naming any listener opens it.
# listeners:
#   frontend: { port: 3001 }
#   backend: { port: 8001 }
#   mqtt: { port: 1884 }

# Subnets; left out, the engine picks free ones.
# networks:
#   edge: { ipv4: 172.30.1.0/24, ipv6: "fd00:30:1::/64" }

# Where the certificate of https and mqtts comes from: internal (a CA of this deployment's own), files, or acme.
# How MQTT clients prove who they are: passwords, or certificates (exploreiot devices issue NAME).
# tls:
#   certificate: { source: acme, email: ops@example.org }
#   mqttClients: certificates

# The packet filter of the server, on in environment production: docs/firewall.md.
# firewall:
#   enabled: true
#   scope: host
#   interfaces: [eth0]
#   egress: [{ to: [192.0.2.7/32], port: 443 }]      # where containers may connect to; nowhere else

# http:
#   corsOrigins: ["https://dashboard.example.org"]   # pages elsewhere that may use the API and /ws
#   rateLimitPerMinute: 300                          # requests of one client; more are answered 429

# Who may connect to the broker, and what for. Passwords are made by the kit:
# .exploreiot/${name}/secrets/mqtt-NAME-password
mosquitto:
  users:
    - { name: sensor, publish: ["sensor/+"] }
    - { name: viewer, subscribe: ["sensor/+"] }

# How sensors are shown, and when one of them is an alarm: on the page, at the broker (alarm/NAME), and at a webhook.
# sensors:
#   boiler: { label: Boiler, unit: °C, decimals: 1, intervalSeconds: 60, low: 5, high: 80 }
# alarms:
#   silentAfterSeconds: 60                           # for sensors without intervalSeconds
#   webhook: { url: "https://alerts.example.org/iot", secret: "{secret.alarm-webhook}" }

# How long readings are kept; older ones become hourly and then daily sums. A class of sensors has its own time.
# retention:
#   rawDays: 365
#   classes:
#     fast: { sensors: ["vibration-*"], rawDays: 14 }
#   whenFull: aggregateOldest                        # or refuse: readings wait in the broker

# postgres: { limits: { memoryMiB: 512 }, health: { startPeriodSeconds: 120 } }

# Your own backend instead of the reference application:
# backend:
#   image: ghcr.io/example/iot-backend:1.0           # or build: { context: ./backend }, next to this file
#   healthPath: /health
#   pathPrefix: ""                                   # over https: /api, with http.stripPrefix if it answers at the root
#   environment:
#     DB_HOST: "{postgres.host}"
#   secrets:                                         # for every role and for migrate, each with a login of its own
#     DATABASE_URL: { value: "postgresql://{postgres.user}:{postgres.password}@{postgres.host}/{postgres.database}", as: variable }
#   roles:                                           # environment, secrets, limits, networks: for one role alone
#     - name: api
#       command: [uvicorn, "app:app", --host, 0.0.0.0]
#       publish: true
#       secrets: { SESSION_KEY: { value: "{secret.session-key}" } }  # generated; SESSION_KEY_FILE names the file
#     - { name: worker, command: [python, worker.py], health: { process: worker.py, startPeriodSeconds: 60 }, networks: [data] }
#   migrate: { command: [alembic, upgrade, head] }   # owns the tables; the roles read and change rows

# Services of your own next to the stack, with files, logins, routes at the edge and jobs: docs/own-services.md.
# services:
#   flows:
#     build: { context: ./flows }                      # next to this file; or image: NAME@sha256:DIGEST
#     port: 1880
#     health: { path: /healthz }
#     mqtt: { subscribe: ["sensor/+"], publish: ["sensor/mean"] }
#     secrets: { MQTT_PASSWORD: { value: "{mosquitto.password}" } }
#     listener: { port: 1880 }                         # over https: routes: [{ path: /flows }]
`;

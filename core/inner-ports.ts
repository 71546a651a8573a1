/** Ports inside the networks of the containers. */
export const PORT = {
  postgres: 5432,
  redis: 6379,
  mosquitto: 1883,
  mosquittoTls: 8883,
  edge: 8443,
  edgeMetrics: 8404,
  renewer: 8402,
} as const;

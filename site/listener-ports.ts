/** The listeners, each with its port on the host unless a deployment says otherwise. */
export const LISTENER_PORT = { frontend: 3000, backend: 8000, mqtt: 1883, https: 443, mqtts: 8883 } as const;

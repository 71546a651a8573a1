import { rememberedText } from "./remembered.ts";

/** Images whose recipe names another user than root. */
const ANOTHER =
  /^(bitnami|bitnamilegacy|prom|prometheuscommunity|prometheus|mattermost|zabbix|emqx|chirpstack|chainguard|thingsboard|vernemq|rediscommander)\/|^(nginxinc\/nginx-unprivileged|grafana\/(grafana|grafana-oss|grafana-enterprise|loki|tempo|mimir)|nodered\/node-red|oliver006\/redis_exporter|collabora\/code|directus\/directus|outlinewiki\/outline|apache\/(airflow|kafka|superset|nifi)|confluentinc\/[\w-]+|n8nio\/n8n|keycloak\/keycloak|elasticsearch\/elasticsearch|kibana\/kibana|opensearchproject\/[\w-]+|jenkins\/jenkins|sonatype\/nexus3|dpage\/pgadmin4|redis\/redisinsight|mssql\/server|mailhog\/mailhog|percona\/percona-[\w-]+|library\/(adminer|elasticsearch|emqx|fluentd|haproxy|jetty|kibana|kong|logstash|memcached|odoo|rocket\.chat|solr|sonarqube|teamspeak|varnish))$/;

/**
 * Images that are known to start as root, and Docker's own with them: those say which of theirs do not. Many give up root
 * in their entrypoint, unasked; those that are told as whom to run by variables such as PUID are not among them.
 */
const ROOT =
  /^(library|hashicorp|immich-app|timescale|portainer|pihole)\/|^(adguard\/adguardhome|authelia\/authelia|axllent\/mailpit|cadvisor\/cadvisor|clickhouse\/clickhouse-server|containrrr\/watchtower|drone\/[\w-]+|eqalpha\/keydb|esphome\/esphome|getmeili\/meilisearch|gitea\/(gitea|act_runner)|gitlab\/gitlab-(ce|ee|runner)|home-assistant\/home-assistant|homeassistant\/home-assistant|jc21\/nginx-proxy-manager|jellyfin\/jellyfin|jwilder\/nginx-proxy|koenkk\/zigbee2mqtt|localstack\/localstack|louislam\/uptime-kuma|minio\/minio|mysql\/mysql-server|nginxproxy\/[\w-]+|ollama\/ollama|open-webui\/open-webui|osixia\/openldap|pgvector\/pgvector|plexinc\/pms-docker|postgis\/postgis|qdrant\/qdrant|rancher\/rancher|redis\/redis-stack(-server)?|tecnativa\/docker-socket-proxy|traefik\/whoami|valkey\/valkey|vaultwarden\/server)$/;

/**
 * Whom an image starts as where nobody says another user; undefined where its name does not tell.
 *
 * @param repository `library/postgres`, without registry, tag and digest
 */
export const userOfImage = rememberedText((repository): "root" | "another" | undefined => {
  if (ANOTHER.test(repository)) return "another";
  return ROOT.test(repository) ? "root" : undefined;
});

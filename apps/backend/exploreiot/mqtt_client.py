"""The MQTT client, set up but not connected, and what it asks of the broker."""

import ssl

from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from exploreiot.buffered_client import BufferedClient
from exploreiot.settings import Settings


def make_client(settings: Settings, client_id: str) -> BufferedClient:
    client = BufferedClient(
        CallbackAPIVersion.VERSION2, client_id=client_id, protocol=MQTTProtocolVersion.MQTTv5
    )
    client.connect_timeout = 3
    if settings.mqtt_user:
        password = settings.mqtt_password.get_secret_value()
        client.username_pw_set(settings.mqtt_user, password)
    if settings.mqtt_tls:
        # A context of its own: the certificate and its name are checked.
        client.tls_set_context(ssl.create_default_context(cafile=settings.mqtt_ca_certs or None))
    return client


def connect_properties(settings: Settings) -> Properties:
    properties = Properties(PacketTypes.CONNECT)
    properties.ReceiveMaximum = settings.mqtt_receive_maximum
    # No maximum packet size: the broker drops what is larger, though it has acknowledged it to the
    # device. Its own limit is the only one; what it lets in ends as a reading or as a reject.
    properties.SessionExpiryInterval = settings.mqtt_session_hours * 3600
    return properties

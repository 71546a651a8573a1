"""The MQTT client, set up but not connected, and what it asks of the broker."""

from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from exploreiot.buffered_client import BufferedClient
from exploreiot.settings import Settings

# Larger messages are withheld by the broker; what is smaller but too large is refused by us,
# counted and kept apart.
MAX_PACKET_BYTES = 16 * 1024


def make_client(settings: Settings, client_id: str) -> BufferedClient:
    client = BufferedClient(
        CallbackAPIVersion.VERSION2, client_id=client_id, protocol=MQTTProtocolVersion.MQTTv5
    )
    client.connect_timeout = 3
    if settings.mqtt_user:
        password = settings.mqtt_password.get_secret_value()
        client.username_pw_set(settings.mqtt_user, password)
    return client


def connect_properties(settings: Settings) -> Properties:
    properties = Properties(PacketTypes.CONNECT)
    properties.ReceiveMaximum = settings.mqtt_receive_maximum
    properties.MaximumPacketSize = MAX_PACKET_BYTES
    properties.SessionExpiryInterval = settings.mqtt_session_hours * 3600
    return properties

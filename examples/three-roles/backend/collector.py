"""Stores what arrives from the broker."""

import os
from pathlib import Path

import paho.mqtt.client as mqtt
import psycopg

database = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)


def on_connect(client, userdata, flags, reason, properties):
    client.subscribe(os.environ["TOPIC"], qos=1)
    Path("/tmp/connected").touch()


def on_message(client, userdata, message):
    place = message.topic.split("/")[1]
    database.execute("INSERT INTO temperature (place, celsius) VALUES (%s, %s)", (place, float(message.payload)))


client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="plant-collector", clean_session=False)
client.username_pw_set("backend", os.environ["MQTT_PASSWORD"])
client.on_connect = on_connect
client.on_message = on_message
client.connect("mosquitto", 1883)
client.loop_forever()

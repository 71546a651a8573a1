# MQTT 3.1.1, as much of it as these programs need, in a shell: packets are written to standard output. A shell keeps no
# zero byte in a variable, so lengths are counted and not measured.

byte() { printf "\\$(printf %03o "$1")"; }
word() { byte $(($1 / 256)); byte $(($1 % 256)); }
text() { word ${#1}; printf %s "$1"; }

# length N: seven bits a byte (2.2.3).
length() {
  if [ "$1" -lt 128 ]; then byte "$1"; else byte $(($1 % 128 + 128)); byte $(($1 / 128)); fi
}

# connect CLIENT: clean session, user and password, a keep-alive of 60 s.
connect() {
  byte 16; length $((10 + 2 + ${#1} + 2 + ${#MQTT_USER} + 2 + ${#MQTT_PASSWORD}))
  text MQTT; byte 4; byte 194; word 60; text "$1"; text "$MQTT_USER"; text "$MQTT_PASSWORD"
}

# subscribe TOPIC, with QoS 0.
subscribe() { byte 130; length $((2 + 2 + ${#1} + 1)); word 1; text "$1"; byte 0; }

# publish TOPIC TEXT, with QoS 0.
publish() { byte 48; length $((2 + ${#1} + ${#2})); text "$1"; printf %s "$2"; }

ping() { byte 192; byte 0; }

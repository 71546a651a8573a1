"use client";

import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { type Outcome, readForm, sendReading } from "@/lib/data/send";
import { sortedNames } from "@/lib/data/sensors";
import { fill } from "@/lib/text/texts";
import { Field } from "./field";
import { useFeed, useUi } from "./ui-context";

/**
 * Sends one reading to the backend. `sensor` is proposed until another name is typed. Where the backend asks for a
 * key, a person gives it here; it is kept until the page is left, and nowhere else.
 */
export function SendForm({ sensor }: { sensor: string }) {
  const { texts, format, api } = useUi();
  const sensors = useFeed((state) => state.sensors);
  const [typedSensor, setTypedSensor] = useState<string>();
  const [typedValue, setTypedValue] = useState("");
  const [wrong, setWrong] = useState<"sensor" | "value">();
  const [key, setKey] = useState<string>();
  const [message, setMessage] = useState({ text: "", isGood: true });
  const [isSending, setIsSending] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const namesId = useId();
  const name = typedSensor ?? sensor;
  const asksForKey = key !== undefined;
  useEffect(() => {
    if (asksForKey) form.current?.querySelector<HTMLInputElement>("[name=key]")?.focus();
  }, [asksForKey]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const input = readForm(name, typedValue);
    setWrong("wrong" in input ? input.wrong : undefined);
    if ("wrong" in input) {
      form.current?.querySelector<HTMLInputElement>(`[name=${input.wrong}]`)?.focus();
      return setMessage({ text: "", isGood: false });
    }
    setIsSending(true);
    const outcome: Outcome = await sendReading(input, key ?? "", api);
    setIsSending(false);
    const values = { sensor: input.capteur, value: format.number(input.valeur) };
    setMessage({ text: fill(texts.form[outcome], values), isGood: outcome === "stored" });
    if (outcome === "stored") setTypedValue("");
    if (outcome === "needKey") setKey(key ?? "");
  };

  return (
    <section className="panel" aria-labelledby="form-heading">
      <h2 id="form-heading">{texts.form.heading}</h2>
      <form ref={form} className="form send-form" data-testid="send-form" noValidate onSubmit={submit}>
        <Field
          name="sensor"
          label={texts.form.sensor}
          value={name}
          onChange={setTypedSensor}
          list={namesId}
          error={wrong === "sensor" ? texts.form.needSensor : undefined}
        />
        <datalist id={namesId}>
          {sortedNames(sensors).map((known) => (
            <option key={known} value={known} />
          ))}
        </datalist>
        <Field
          name="value"
          label={texts.form.value}
          value={typedValue}
          onChange={setTypedValue}
          inputMode="decimal"
          error={wrong === "value" ? fill(texts.form.needValue, { example: format.number(21.5) }) : undefined}
        />
        {asksForKey && (
          <Field
            name="key"
            type="password"
            label={texts.form.key}
            value={key}
            onChange={setKey}
            error={undefined}
          />
        )}
        <button type="submit" className="button primary" disabled={isSending}>
          {isSending ? texts.form.sending : texts.form.send}
        </button>
        <p role="status" className="form-message" data-good={message.isGood}>
          {message.text}
        </p>
      </form>
    </section>
  );
}

"use client";

import { type FormEvent, useId, useRef, useState } from "react";
import { type Answer, readForm, sendReading } from "@/lib/data/send";
import { sortedNames } from "@/lib/data/sensors";
import type { Texts } from "@/lib/text/english";
import { fill } from "@/lib/text/texts";
import { Field } from "./field";
import { useFeedState, useUi } from "./ui-context";

const ANSWER_TEXT: Readonly<Record<Answer, keyof Texts["form"]>> = {
  stored: "stored",
  invalid: "invalid",
  "too-many": "tooMany",
  refused: "refused",
  unreachable: "unreachable",
  "not-configured": "notConfigured",
  failed: "failed",
};

/** Sends one reading through this page's own server. `sensor` is proposed until another name is typed. */
export function SendForm({ sensor }: { sensor: string }) {
  const { texts, format } = useUi();
  const { sensors } = useFeedState();
  const [typedSensor, setTypedSensor] = useState<string>();
  const [typedValue, setTypedValue] = useState("");
  const [wrong, setWrong] = useState<"sensor" | "value">();
  const [message, setMessage] = useState({ text: "", isGood: true });
  const [isSending, setIsSending] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const namesId = useId();
  const name = typedSensor ?? sensor;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const input = readForm(name, typedValue);
    setWrong("wrong" in input ? input.wrong : undefined);
    if ("wrong" in input) {
      form.current?.querySelector<HTMLInputElement>(`[name=${input.wrong}]`)?.focus();
      return setMessage({ text: "", isGood: false });
    }
    setIsSending(true);
    const answer = await sendReading(input);
    setIsSending(false);
    const values = { sensor: input.capteur, value: format.number(input.valeur) };
    setMessage({ text: fill(texts.form[ANSWER_TEXT[answer]], values), isGood: answer === "stored" });
    if (answer === "stored") setTypedValue("");
  };

  return (
    <section className="panel" aria-labelledby="form-heading">
      <h2 id="form-heading">{texts.form.heading}</h2>
      <form ref={form} className="form" data-testid="send-form" noValidate onSubmit={submit}>
        <Field
          name="sensor"
          label={texts.form.sensor}
          value={name}
          onChange={setTypedSensor}
          list={namesId}
          error={wrong === "sensor" ? texts.form.needSensor : undefined}
        />
        <datalist id={namesId}>
          {sortedNames(sensors, "").map((known) => (
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

"use client";

import { useState } from "react";
import type { Api } from "@/lib/data/api";
import type { Reject } from "@/lib/data/rejects";
import { fill } from "@/lib/text/texts";
import { Field } from "./field";
import { LoadNotice } from "./load-notice";
import { Scroll } from "./scroll";
import { useUi } from "./ui-context";
import { failureOf, useLoad } from "./use-load";

const AGAIN_MS = 60_000;
const SHOWN = 20;
const load = async (api: Api) => (await api.rejects()) ?? "none";

/** Messages of devices that were not stored: their sensors are silent here, and nothing else tells why. */
export function RejectsPanel() {
  const { texts, format } = useUi();
  const { data: rejects, status, retry } = useLoad(load, AGAIN_MS);
  return (
    <section className="panel" aria-labelledby="rejects-heading" data-testid="rejects">
      <h2 id="rejects-heading">{texts.rejects.heading}</h2>
      <LoadNotice status={status} retry={retry} loading={texts.load.loading} failed={texts.rejects.failed} />
      {rejects === "none" && <p className="quiet">{texts.rejects.none}</p>}
      {rejects !== undefined && rejects !== "none" && (
        <>
          <p>{fill(texts.rejects.count, { count: rejects.count, time: format.dateTime(rejects.last) })}</p>
          <Reasons />
        </>
      )}
    </section>
  );
}

/**
 * The messages themselves, when a person asks. A device may send anything by mistake, so a protected backend
 * wants the key; it is kept until the page is left, and nowhere else.
 */
function Reasons() {
  const { texts, api } = useUi();
  const [rejects, setRejects] = useState<readonly Reject[]>();
  const [key, setKey] = useState<string>();
  const [message, setMessage] = useState("");
  const show = async () => {
    setMessage(texts.load.loading);
    try {
      setRejects(await api.listRejects(SHOWN, key?.trim() ?? ""));
      setMessage("");
    } catch (error) {
      const isRefused = failureOf(error) === "refused";
      if (isRefused) setKey(key ?? "");
      if (!isRefused) setMessage(texts.rejects.failed);
      else setMessage(key === undefined ? texts.rejects.needKey : texts.rejects.wrongKey);
    }
  };
  return (
    <div className="form">
      {key !== undefined && (
        <Field
          name="rejects-key"
          type="password"
          label={texts.form.key}
          value={key}
          onChange={setKey}
          error={undefined}
        />
      )}
      <button type="button" className="button" onClick={() => void show()}>
        {texts.rejects.show}
      </button>
      <p role="status" className="quiet">
        {message}
      </p>
      {rejects !== undefined && <Entries rejects={rejects} />}
    </div>
  );
}

function Entries({ rejects }: { rejects: readonly Reject[] }) {
  const { texts, format } = useUi();
  return (
    <Scroll label={texts.rejects.list}>
      <ul className="entries">
        {rejects.map(({ at, topic, reason, start }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a list that is replaced as a whole, whose entries may be equal
          <li key={index} className="entry">
            <span className="entry-name">{topic}</span>
            <span>{reason}</span>
            <code>{start}</code>
            <span className="quiet">{format.dateTime(at)}</span>
          </li>
        ))}
      </ul>
    </Scroll>
  );
}

"use client";

import { useId } from "react";

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** The fault of the value, in words. */
  readonly error: string | undefined;
  /** Id of a datalist with proposals. */
  readonly list?: string;
  readonly inputMode?: "decimal";
  readonly type?: "password";
}

export function Field({ name, label, value, onChange, error, ...input }: FieldProps) {
  const id = useId();
  const hasError = error !== undefined;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        {...input}
        id={id}
        name={name}
        className="input"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={128}
        value={value}
        aria-invalid={hasError}
        aria-describedby={hasError ? `${id}-error` : undefined}
        onChange={(event) => onChange(event.target.value)}
      />
      {hasError && (
        <p id={`${id}-error`} className="field-error">
          {error}
        </p>
      )}
    </div>
  );
}

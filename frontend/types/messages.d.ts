/** Text with {placeholders}; plural forms by `count`. */
export type Message = string | Partial<Record<Intl.LDMLPluralRule, string>>;

/** Messages by room. */
export type Catalogue = Record<string, Record<string, Message>>;

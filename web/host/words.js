import { CHINESE } from "./chinese.js";
import { ENGLISH } from "./english.js";

/** Every text of the control room, by language. */
export const HOST_WORDS = { en: ENGLISH, zh: CHINESE };

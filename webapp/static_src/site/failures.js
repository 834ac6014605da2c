// @ts-check
/** The list of failures: its filters act at once, J and K walk the rows, and a case leads back to its row. */
import './auto_submit.js';
import { listenToKeys } from './list_keys.js';
import { beginAtPlace } from './list_return.js';

listenToKeys();
beginAtPlace();

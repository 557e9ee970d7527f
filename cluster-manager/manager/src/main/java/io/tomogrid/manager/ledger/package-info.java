/** Who had which slice, for how long and to what end: append-only, each entry chained to the one before it. */
package io.tomogrid.manager.ledger;

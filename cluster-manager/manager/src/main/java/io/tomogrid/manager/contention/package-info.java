/** What jobs that share a GPU cost each other, learned from the ledger. Pure functions. */
package io.tomogrid.manager.contention;

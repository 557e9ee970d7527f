package io.tomogrid.manager.ledger;

/**
 * One lease that has ended.
 *
 * @param sequence 1, 2, …
 * @param entry JSON without white space, keys in ascending order of their bytes, exactly as it was written
 * @param hash SHA-256 of the entry's bytes in UTF-8, lower-case hexadecimal
 */
public record LedgerEntry(long sequence, String entry, String hash) {}

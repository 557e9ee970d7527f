/** Compressed pixel data, decoded for processing and for peers that take only uncompressed. */
package io.tomogrid.codec;

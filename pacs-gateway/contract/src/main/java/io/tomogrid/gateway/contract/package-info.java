/**
 * What the gateway tells and takes: immutable documents with a literal JSON form, no behaviour. Every document carries
 * {@code format-version}; a reader refuses a version it does not know.
 */
package io.tomogrid.gateway.contract;

/** The outbox: results on their way to each destination, retried, bounded, dead-lettered. */
package io.tomogrid.gateway.delivery;

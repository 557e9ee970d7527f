/** The service at the front door: its start, its settings and who may come in. */
package io.tomogrid.gateway;

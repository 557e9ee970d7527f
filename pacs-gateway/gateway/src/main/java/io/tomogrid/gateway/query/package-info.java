/** Query and retrieve over the index: C-FIND answers from PostgreSQL alone, C-MOVE and C-GET stream from the archive. */
package io.tomogrid.gateway.query;

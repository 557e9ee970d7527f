/** Where every instance lies and what belongs together, in PostgreSQL; rebuilt from the archive when it is lost. */
package io.tomogrid.gateway.index;

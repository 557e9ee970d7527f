/** {@code bench heal}: faults that are put into a working cluster, and how long it takes until it is right again. */
package io.tomogrid.node.bench.heal;

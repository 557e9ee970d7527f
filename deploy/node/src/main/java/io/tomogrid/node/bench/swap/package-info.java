/** What {@code bench swap} is made of: models, a model service in a process of its own, clients that never pause. */
package io.tomogrid.node.bench.swap;

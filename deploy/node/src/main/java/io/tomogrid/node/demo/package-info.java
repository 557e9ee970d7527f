/** The main road, driven once from C-STORE to results in a PACS, and what came out beside what was expected. */
package io.tomogrid.node.demo;

/** Packs parts of Tomogrid for machines that have neither it nor Java. */
package io.tomogrid.node.bundle;

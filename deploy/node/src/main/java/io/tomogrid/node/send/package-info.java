/** Sends studies by C-STORE, as a modality would. */
package io.tomogrid.node.send;

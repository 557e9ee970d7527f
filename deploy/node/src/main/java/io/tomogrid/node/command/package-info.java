/** One class for each word of the command line. */
package io.tomogrid.node.command;

/** The process on each host that makes and destroys slices and keeps one Spark Worker per GPU. */
package io.tomogrid.agent;

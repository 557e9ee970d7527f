/** Clients of the processes that the manager calls: the gateway, the Spark driver and the agents. */
package io.tomogrid.manager.peer;

/** When GPUs are kept free of new work, so that people can work on them. */
package io.tomogrid.manager.maintenance;

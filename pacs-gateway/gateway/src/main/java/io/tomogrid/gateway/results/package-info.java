/** Results of jobs: the first manifest wins, verified bytes are stored beside their source. */
package io.tomogrid.gateway.results;

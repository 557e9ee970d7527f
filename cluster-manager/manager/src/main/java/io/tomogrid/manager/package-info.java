/** Decides which job runs when and on which slice, and sees each through to delivered results. */
package io.tomogrid.manager;

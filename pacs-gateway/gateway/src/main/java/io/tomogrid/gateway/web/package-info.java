/** What a person sees in a browser: the way in, the status page, the viewer; and what keeps other pages out. */
package io.tomogrid.gateway.web;

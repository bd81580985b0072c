/**
 * Figures that a hub promises to whoever operates it: how soon it is back after an outage, how fast
 * it stops, how old a read may be, how much memory a backlog takes. Each is measured on hubs of its
 * own.
 */
@NullMarked
package io.crossdock.drill.figure;

import org.jspecify.annotations.NullMarked;

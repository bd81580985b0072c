/**
 * The form of the log: one entry per event, as text or JSON, that nothing from outside can forge,
 * with a bound on its length and on how many entries a logger writes.
 */
@NullMarked
package io.crossdock.runtime.logging;

import org.jspecify.annotations.NullMarked;

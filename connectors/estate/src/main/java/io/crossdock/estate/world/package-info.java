/**
 * What exists and what time it is: master data computed from an id, and the clock that tests move.
 */
@NullMarked
package io.crossdock.estate.world;

import org.jspecify.annotations.NullMarked;

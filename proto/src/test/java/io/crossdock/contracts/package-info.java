/**
 * Checks of the contracts themselves: what the policy options say must be possible and complete.
 */
@NullMarked
package io.crossdock.contracts;

import org.jspecify.annotations.NullMarked;

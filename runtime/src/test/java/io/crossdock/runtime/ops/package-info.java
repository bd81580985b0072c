/** Tests of ops. */
@NullMarked
package io.crossdock.runtime.ops;

import org.jspecify.annotations.NullMarked;

/** Tests of lifecycle. */
@NullMarked
package io.crossdock.runtime.lifecycle;

import org.jspecify.annotations.NullMarked;

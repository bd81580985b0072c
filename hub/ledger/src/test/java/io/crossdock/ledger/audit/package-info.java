@NullMarked
package io.crossdock.ledger.audit;

import org.jspecify.annotations.NullMarked;

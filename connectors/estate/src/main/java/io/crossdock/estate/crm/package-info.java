/** The CRM: customers with their identities and consents, and support cases. */
@NullMarked
package io.crossdock.estate.crm;

import org.jspecify.annotations.NullMarked;

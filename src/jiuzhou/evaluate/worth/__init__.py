"""What customers are worth: models of purchases without a contract, of money per purchase, and how sure they are."""

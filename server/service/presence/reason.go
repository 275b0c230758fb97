package presence

// DefaultReasons are the not-ready reasons of a centre that has set none.
func DefaultReasons() []Reason {
	return []Reason{
		{ID: "break", Texts: map[string]string{"en": "Break", "tr": "Mola", "nl": "Pauze", "az": "Fasilə", "fr": "Pause"}},
		{ID: "lunch", Texts: map[string]string{"en": "Lunch", "tr": "Öğle yemeği", "nl": "Lunch", "az": "Nahar", "fr": "Déjeuner"}},
		{ID: "meeting", Texts: map[string]string{"en": "Meeting", "tr": "Toplantı", "nl": "Overleg", "az": "İclas", "fr": "Réunion"}},
		{ID: "training", Texts: map[string]string{"en": "Training", "tr": "Eğitim", "nl": "Training", "az": "Təlim", "fr": "Formation"}},
		{ID: "back_office", Texts: map[string]string{"en": "Back office", "tr": "Arka ofis", "nl": "Backoffice", "az": "Arxa ofis", "fr": "Back-office"}},
	}
}
